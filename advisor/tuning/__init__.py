"""How is a small model made: trained, distilled, pruned, quantised?"""
