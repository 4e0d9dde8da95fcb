"""The doors for phones: today the OpenRosa door."""
