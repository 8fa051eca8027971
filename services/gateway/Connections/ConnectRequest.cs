using System.Globalization;
using Microsoft.AspNetCore.WebUtilities;
using TradingSystem.Contracts.Wire;
using TradingSystem.Gateway.Framing;
using TradingSystem.Gateway.Storage;
using TradingSystem.Hosting.BotTokens;

namespace TradingSystem.Gateway.Connections;

/// <summary>What a client asks for when it connects. Exactly one credential is given: a secret, or a ticket.</summary>
public sealed record ConnectRequest(string? Secret, string? OwnerKind, string? Ticket, Dialect Dialect, FeatureSet Features, long? ResumeFrom)
{
    public static (ConnectRequest? Request, CloseReason? Refusal) Read(HttpRequest request) => Read(request.Query, request.Headers.Authorization.ToString());

    public static (ConnectRequest? Request, CloseReason? Refusal) Read(UpgradeRequest request) =>
        Read(new QueryCollection(QueryHelpers.ParseQuery(request.Query)), request.Authorization);

    /// <summary>Reads query and header; or says how to refuse.</summary>
    private static (ConnectRequest? Request, CloseReason? Refusal) Read(IQueryCollection query, string authorization)
    {
        var group = query["trading_group_token"];
        var trigger = query["trigger_token"];
        var ticket = query["ticket"];
        var bearer = BotToken.Bearer(authorization);
        switch (group.Count + trigger.Count + ticket.Count + (bearer is null ? 0 : 1))
        {
            case 0:
                return (null, CloseCodes.NoToken);
            case > 1:
                return (null, CloseCodes.BothTokens);
        }

        var secret = group.Count > 0 ? group.ToString() : trigger.Count > 0 ? trigger.ToString() : ticket.Count > 0 ? ticket.ToString() : bearer!;
        if (secret.Length == 0)
        {
            return (null, CloseCodes.NoToken);
        }

        var dialect = query["protocol"].ToString() switch
        {
            "" or "2" => Dialect.Type,
            "3" => Dialect.Kind,
            _ => (Dialect?)null,
        };
        if (dialect is null || FeatureSet.Parse(query["features"].ToString()) is not { } features
            || !ReadCandles(query[MarketFeature.CandlesParameter].ToString(), ref features) || !ReadPosition(query["resume_from"].ToString(), out var from))
        {
            return (null, CloseCodes.BadRequest);
        }

        var kind = group.Count > 0 ? OwnerKinds.Group : trigger.Count > 0 ? OwnerKinds.Trigger : null;
        // Asking for what was missed means wanting to know that nothing is.
        features = from is null ? features : features with { Resume = true };
        return (new(ticket.Count > 0 ? null : secret, kind, ticket.Count > 0 ? secret : null, dialect.Value, features, from), null);
    }

    private static bool ReadCandles(string text, ref FeatureSet features)
    {
        if (text.Length == 0)
        {
            return true;
        }

        var isRead = MarketFeature.TryReadCandles(text, out var candles);
        features = features with { Market = features.Market is { } terms ? terms with { Candles = candles } : null };
        return isRead && features.Market is not null;
    }

    private static bool ReadPosition(string text, out long? position)
    {
        position = long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : null;
        return text.Length == 0 || position is not null;
    }
}

/// <summary>How a session wants its market: the least time between two prices, null for none, and how many candles of history.</summary>
public sealed record MarketTerms(TimeSpan? Pace, int Candles);

/// <summary>Which additional frames a session wants.</summary>
public readonly record struct FeatureSet(bool Orders, bool Resume, bool Config, bool Heartbeat, MarketTerms? Market)
{
    /// <summary>A comma list of <see cref="Contracts.Wire.Features.All"/>, market with its pace; null for an unknown name.</summary>
    public static FeatureSet? Parse(string list)
    {
        var set = default(FeatureSet);
        foreach (var name in list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            switch (name)
            {
                case Contracts.Wire.Features.Orders:
                    set = set with { Orders = true };
                    break;
                case Contracts.Wire.Features.Resume:
                    set = set with { Resume = true };
                    break;
                case Contracts.Wire.Features.Config:
                    set = set with { Config = true };
                    break;
                case Contracts.Wire.Features.Heartbeat:
                    set = set with { Heartbeat = true };
                    break;
                default:
                    if (!MarketFeature.TryRead(name, out var pace))
                    {
                        return null;
                    }

                    set = set with { Market = new(pace, 0) };
                    break;
            }
        }

        return set;
    }

    public IReadOnlyList<string> Names()
    {
        var set = this;
        return [.. Contracts.Wire.Features.All.Where(name => name switch
        {
            Contracts.Wire.Features.Orders => set.Orders,
            Contracts.Wire.Features.Resume => set.Resume,
            Contracts.Wire.Features.Config => set.Config,
            Contracts.Wire.Features.Heartbeat => set.Heartbeat,
            _ => set.Market is not null,
        })];
    }
}
