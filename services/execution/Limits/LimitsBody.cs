using System.Text.Json.Serialization;
using TradingSystem.Hosting.Rest;

namespace TradingSystem.Execution.Limits;

/// <summary>
/// Limits as REST shows them: what is left out is not limited. Money in quote currency (USDT), quantities in the base asset, notionals at the last
/// price.
/// </summary>
public record LimitsBody
{
    /// <summary>Seconds after which a decision is not traded, 0.001 to 86400.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public decimal? MaxDecisionAgeS { get; init; }

    /// <summary>Seconds after which a price is not traded on, 0.001 to 86400.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public decimal? MaxPriceAgeS { get; init; }

    /// <summary>How far the price may be off the decision's `entry`, in basis points of the entry.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public decimal? EntryBandBps { get; init; }

    /// <summary>Base asset, of one order.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public decimal? MaxOrderQty { get; init; }

    /// <summary>USDT, of one order.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public decimal? MaxOrderNotional { get; init; }

    /// <summary>Position over margin, 1 to 1000.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public decimal? MaxLeverage { get; init; }

    /// <summary>Orders of the group that rest at the venue; 0 lets none rest and so none in.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? MaxOpenOrders { get; init; }

    /// <summary>USDT: the group's position in one symbol.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public decimal? MaxPositionNotional { get; init; }

    /// <summary>USDT: all groups' positions of the account in one symbol; opposite ones do not cancel out.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public decimal? MaxSymbolNotional { get; init; }

    /// <summary>USDT: all positions of the account; opposite ones do not cancel out.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public decimal? MaxAccountNotional { get; init; }

    /// <summary>USDT that the account may lose in a UTC day: realised and unrealised PnL, and fees.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public decimal? MaxDailyLoss { get; init; }

    /// <summary>USDT: the same for the group's part of the account.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public decimal? MaxGroupDailyLoss { get; init; }

    /// <summary>Orders of the account in any 60 seconds; the group that exceeds it may only reduce until a person re-enables it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? MaxOrdersPerMinute { get; init; }

    /// <summary>The same for the group's own orders.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? MaxGroupOrdersPerMinute { get; init; }

    /// <summary>Seconds after a losing trade in which the group may only reduce, 0 to 86400.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? CooldownAfterLossS { get; init; }

    /// <summary>What may be traded; left out it is everything that has an instrument.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Symbols { get; init; }

    /// <summary>Times in which the group may only reduce, at most 100.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<BlackoutBody>? Blackouts { get; init; }
}

/// <summary>A time without new risk, in UTC: <c>Start</c> and <c>End</c> for once, or <c>From</c> and <c>To</c> for each week or day.</summary>
[NoNulls]
public sealed record BlackoutBody
{
    /// <summary>From this moment, RFC 3339.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? Start { get; init; }

    /// <summary>Until before this moment, RFC 3339.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? End { get; init; }

    /// <summary>From this time of the day, such as 13:30.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? From { get; init; }

    /// <summary>Until before this time of the day; of the day after where it is not later than `from`.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? To { get; init; }

    /// <summary>On these days; every day where it is left out or empty.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    [Words(typeof(RiskLimitsJson), nameof(RiskLimitsJson.Days))]
    public IReadOnlyList<string>? Days { get; init; }
}

/// <summary>Body of PUT: the whole set. What is left out is no longer limited here.</summary>
[NoNulls(nameof(Reason))]
public sealed record LimitsChange : LimitsBody
{
    /// <summary>The version that was read; another one now refuses the change with 409. Left out, it is not compared.</summary>
    public int? Version { get; init; }

    /// <summary>What the person says about it, at most 500 characters; kept in the audit.</summary>
    public string? Reason { get; init; }
}
