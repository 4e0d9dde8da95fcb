"""The `kimbilio` command as it is typed."""
