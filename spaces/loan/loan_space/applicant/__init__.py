"""The tab "One applicant": the form, both answers, why, and what would change them."""
