"""What leaves an organisation: envelopes of values, sealed to the receiver, never changed."""
