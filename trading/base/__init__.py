"""What every layer may use: errors, clock, money, calendar, settings, assets."""
