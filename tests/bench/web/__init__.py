"""How fast are the pages with a million answers behind them?"""
