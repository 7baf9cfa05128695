"""What happens at the addresses of the catalog and of a team's endpoints?"""
