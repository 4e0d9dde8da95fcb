"""What every room stands on: identifiers, errors, time, row ownership, and all cryptography of the server."""
