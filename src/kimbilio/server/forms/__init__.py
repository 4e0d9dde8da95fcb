"""Form versions and submissions, kept verbatim before anything is understood."""
