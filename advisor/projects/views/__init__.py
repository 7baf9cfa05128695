"""What happens in the wizard? One view a step: find, validate, store, go on."""
