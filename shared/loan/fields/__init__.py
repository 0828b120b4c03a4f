"""The fields of an application, and what an applicant states in them."""
