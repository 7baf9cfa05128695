"""Are waits and replicas predicted as an independent simulation finds them?"""
