"""What happens at the addresses of accounts and teams?"""
