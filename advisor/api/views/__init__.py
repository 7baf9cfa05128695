"""What happens at each address of the API? Find, call the service, answer."""
