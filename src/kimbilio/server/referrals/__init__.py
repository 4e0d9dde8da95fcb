"""The service directory and the referral, from draft to outcome."""
