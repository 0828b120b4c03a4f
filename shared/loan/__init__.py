"""Is this applicant eligible for a home loan?"""
