"""How close is predicted memory to what real processes use?"""
