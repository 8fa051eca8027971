using System.Text.Json;
using System.Text.Json.Serialization;
using TradingSystem.VenueEmulator.Venues;

namespace TradingSystem.VenueEmulator.Engine;

/// <summary>A line of the journal: one thing that happened, with everything needed to let it happen again.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(AccountOpened), "account")]
[JsonDerivedType(typeof(PermissionChanged), "permission")]
[JsonDerivedType(typeof(HedgeChanged), "hedge")]
[JsonDerivedType(typeof(MarginChanged), "margin")]
[JsonDerivedType(typeof(LeverageChanged), "leverage")]
[JsonDerivedType(typeof(OrderAccepted), "order")]
[JsonDerivedType(typeof(OrderFilled), "fill")]
[JsonDerivedType(typeof(OrderEnded), "end")]
[JsonDerivedType(typeof(AlgoAccepted), "algo")]
[JsonDerivedType(typeof(AlgoChanged), "algo_change")]
[JsonDerivedType(typeof(CountdownSet), "countdown")]
[JsonDerivedType(typeof(PriceSet), "price")]
public abstract record Entry(string Account, DateTimeOffset At);

public sealed record AccountOpened(
    string Account, DateTimeOffset At, VenueKind Venue, string Key, string Secret, string Passphrase, decimal Balance, bool Hedge, bool Demo,
    string FeeAsset = "USDT") : Entry(Account, At);

public sealed record PermissionChanged(string Account, DateTimeOffset At, Permission Permission) : Entry(Account, At);

public sealed record HedgeChanged(string Account, DateTimeOffset At, bool Hedge) : Entry(Account, At);

/// <summary>An empty symbol is the whole account.</summary>
public sealed record MarginChanged(string Account, DateTimeOffset At, string Symbol, string Margin) : Entry(Account, At);

public sealed record LeverageChanged(string Account, DateTimeOffset At, string Symbol, string Margin, PositionSide Side, decimal Leverage) : Entry(Account, At);

public sealed record OrderAccepted(string Account, DateTimeOffset At, OrderSpec Order) : Entry(Account, At);

public sealed record OrderFilled(string Account, DateTimeOffset At, Fill Fill) : Entry(Account, At);

public sealed record OrderEnded(string Account, DateTimeOffset At, string OrderId, OrderState State, string Reason) : Entry(Account, At);

public sealed record AlgoAccepted(string Account, DateTimeOffset At, AlgoSpec Algo) : Entry(Account, At);

public sealed record AlgoChanged(string Account, DateTimeOffset At, string AlgoId, AlgoState State, string Reason, string? ChildOrderId, LegKind? Leg) : Entry(Account, At);

/// <summary>Null stops the countdown; an empty symbol is every symbol.</summary>
public sealed record CountdownSet(string Account, DateTimeOffset At, string Symbol, DateTimeOffset? Until) : Entry(Account, At);

/// <summary>The account is empty: a price is everybody's.</summary>
public sealed record PriceSet(string Account, DateTimeOffset At, VenueKind Venue, string Symbol, Quote Quote) : Entry(Account, At);

public sealed record Quote(decimal Last, decimal Mark, decimal Bid, decimal Ask);

/// <summary>How journal and control API write.</summary>
public static class EmulatorJson
{
    public static JsonSerializerOptions Options { get; } = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };
}
