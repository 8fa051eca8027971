using Microsoft.Extensions.Logging.Abstractions;
using TradingSystem.Hosting.Outbound;
using TradingSystem.VenueEmulator.Control;
using TradingSystem.VenueEmulator.Faults;
using TradingSystem.Venues;
using TradingSystem.Venues.Registry;
using VenueKind = TradingSystem.VenueEmulator.Venues.VenueKind;

namespace TradingSystem.IntegrationTests.Venues;

/// <summary>An adapter in front of the emulator process.</summary>
internal sealed class EmulatedStage : VenueStage
{
    private static readonly OutboundGate Loopback = new(new OutboundOptions { AllowPrivate = "127.0.0.1" }.Validated());

    private readonly string _name;
    private readonly TimeSpan _patience;

    private EmulatedStage(string name, EmulatorProcess emulator, TimeSpan patience) => (_name, Emulator, _patience) = (name, emulator, patience);

    public EmulatorProcess Emulator { get; }

    public override bool MarginModeIsTheAccounts => Kind == VenueKind.Bybit;

    public override bool KeepsClientIds => Kind == VenueKind.Bybit;

    public VenueKind Kind => Enum.Parse<VenueKind>(_name, ignoreCase: true);

    /// <param name="name">As the product writes the exchange.</param>
    /// <param name="patience">How long an order and an attempt to read wait for their answer: short where faults let that time run out, long where
    /// none does.</param>
    public static async Task<EmulatedStage> StartAsync(string name, TimeSpan patience) => new(name, await EmulatorProcess.StartAsync(), patience);

    public override Task<Trader> OpenAsync(PositionMode mode = PositionMode.OneWay, MarginMode margin = MarginMode.Cross, Action<VenueOptions>? change = null) =>
        OpenAsync(VenueEnvironment.Live, mode, margin, change);

    public async Task<Trader> OpenAsync(VenueEnvironment environment, PositionMode mode, MarginMode margin, Action<VenueOptions>? change)
    {
        var credentials = new VenueCredentials($"key{Guid.NewGuid():N}", $"secret{Guid.NewGuid():N}", Kind == VenueKind.Okx ? "phrase" : null);
        await Emulator.OpenAccountAsync(new AccountRequest(
            Kind, credentials.Key, credentials.Secret, credentials.Passphrase ?? "", Deposit, Demo: Kind == VenueKind.Okx && environment == VenueEnvironment.Sandbox));
        var trader = Connect(new VenueAccount(Guid.NewGuid(), _name, environment, credentials, margin, mode), change);
        var switched = await trader.Venue.SwitchModesAsync(default);
        return switched.IsAccepted ? trader : throw new InvalidOperationException(switched.ToString());
    }

    /// <summary>An adapter of its own for an account that the emulator may know or not.</summary>
    public Trader Connect(VenueAccount account, Action<VenueOptions>? change = null)
    {
        var options = new VenueOptions
        {
            Hosts =
            {
                [_name] = new Dictionary<string, VenueHostOverride>
                {
                    [account.Environment.ToString()] = new()
                    {
                        Rest = Emulator.Rest(Kind),
                        PrivateStream = Emulator.Stream(Kind, Kind switch { VenueKind.Binance => "/private/ws", VenueKind.Bybit => "/v5/private", _ => "/ws/v5/private" }),
                    },
                },
            },
            OrderDeadline = _patience,
            ReadAttempt = _patience,
            ReadDeadline = 4 * _patience,
            StreamPing = TimeSpan.FromMilliseconds(400),
            ReconnectLeast = TimeSpan.FromMilliseconds(50),
            ReconnectMost = TimeSpan.FromMilliseconds(400),
            RateLimitFactor = 1_000,
        };
        change?.Invoke(options);
        var registry = new VenueRegistry(options, TimeProvider.System, NullLoggerFactory.Instance, Loopback.CreateHandler, Loopback.CreateHandler);
        return new Trader(registry.Create(account), registry);
    }

    public override Task<Trader?> OtherModeAsync(Trader trader, PositionMode mode) => Task.FromResult<Trader?>(Connect(trader.Venue.Account with { PositionMode = mode }));

    public override Task SetPriceAsync(string symbol, decimal last, decimal? mark = null) => Emulator.SetPriceAsync(new PriceRequest(symbol, last, Kind, mark));

    public override Task PassCountdownAsync(Trader trader) => Emulator.ExpireCountdownsAsync(Kind, trader.Key);

    /// <summary>A fault for one account only.</summary>
    public Task FaultAsync(Trader trader, FaultKind kind, int? count = 1, double seconds = 0, decimal fraction = 0.5m, IReadOnlyList<Operation>? on = null, string? path = null) =>
        Emulator.FaultAsync(new Fault(kind) { Venue = Kind, Key = trader.Key, Count = count, Seconds = seconds, Fraction = fraction, On = on, Path = path });

    public async Task<int> CountAsync(Trader trader, string clientId) => (await Emulator.CountsAsync(Kind, trader.Key)).GetValueOrDefault(clientId);

    public override ValueTask DisposeAsync() => Emulator.DisposeAsync();
}
