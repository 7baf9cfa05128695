"""Does a cascade keep its promise, and does break-even equal direct evaluation?"""
