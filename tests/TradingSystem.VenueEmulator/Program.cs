using TradingSystem.VenueEmulator;

await using var host = EmulatorHost.Create(EmulatorOptions.Parse(args), TimeProvider.System);
await host.RunAsync();
