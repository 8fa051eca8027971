using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text.Json.Nodes;
using TradingSystem.Client;

namespace TradingSystem.Cli;

/// <summary>The options that make a decision, and which of them go together. The names of the wire are in contracts/PROTOCOL.md.</summary>
internal sealed class Signal
{
    private readonly Argument<string> _action = new("action") { Description = "LONG, SHORT, CLOSE, NO_TRADE; BUY is LONG, SELL is SHORT." };
    private readonly Option<decimal?> _margin = Amounts.Option("--margin", "USD", "Of an entry: margin in quote currency; the order is margin × leverage / price.");
    private readonly Option<decimal?> _qty = Amounts.Option("--qty", "QTY", "Quantity in the base asset instead of --margin. A CLOSE without it, or with 0, closes all.");
    private readonly Option<decimal?> _limit = Amounts.Option("--limit", "PRICE", "A limit order that waits at this price (order_type limit), instead of a market order.");
    private readonly Option<decimal?> _stop = Amounts.Option("--stop", "PRICE", "Of an entry: price of the stop-loss.");
    private readonly Option<decimal?> _target = Amounts.Option("--target", "PRICE", "Of an entry: price of the take-profit.");
    private readonly Option<decimal?> _leverage = Amounts.Option("--leverage", "N", "Of an entry: 1 to 125. Default: the group's.");
    private readonly Option<decimal?> _confidence = Amounts.Option("--confidence", "PCT", "How sure you are: 0 to 100.");
    private readonly Option<string?> _reason = new("--reason") { Description = "Why, for people (reasoning).", HelpName = "TEXT" };
    private readonly Option<string?> _symbol = new("--symbol") { Description = "Default: the group's.", HelpName = "SYMBOL" };
    private readonly Option<DateTimeOffset?> _validUntil = new("--valid-until")
    {
        Description = "Rejected, and a limit order taken back, after this time with its offset, such as 2025-01-31T13:00:00Z.",
        HelpName = "TIME",
        CustomParser = Instant,
    };
    private readonly Option<TimeSpan?> _for = Spans.Option("--for", "The same from now on, such as 90s, 5m, 2h.");
    private readonly Option<string?> _decisionId = new("--decision-id") { Description = "Idempotency key: sent twice it is still one order. Default: a new one.", HelpName = "ID" };
    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Only ask what would become of it (validate_only)." };

    public void AddTo(Command command)
    {
        _action.AcceptOnlyFromAmong(Actions.Long, Actions.Short, Actions.Close, Actions.NoTrade, Actions.Buy, Actions.Sell);
        command.Arguments.Add(_action);
        foreach (var option in new Option[] { _margin, _qty, _limit, _stop, _target, _leverage, _confidence, _reason, _symbol, _validUntil, _for, _decisionId, _dryRun })
        {
            command.Options.Add(option);
        }
    }

    /// <summary>An entry that asks for a stop-loss or take-profit ends as <c>protected</c>, not as <c>filled</c>.</summary>
    public bool IsProtected(ParseResult parsed) => Protection(parsed).Length > 0;

    public bool IsLimit(ParseResult parsed) => parsed.GetValue(_limit) is not null;

    /// <summary>Such as <c>stop-loss 59000, take-profit 63000</c>.</summary>
    public string Protection(ParseResult parsed) => string.Join(", ", new[]
    {
        parsed.GetValue(_stop) is { } stop ? $"stop-loss {Outcome.Text(stop)}" : null,
        parsed.GetValue(_target) is { } target ? $"take-profit {Outcome.Text(target)}" : null,
    }.OfType<string>());

    public Decision Decision(ParseResult parsed, TimeProvider time)
    {
        var signal = new JsonObject();
        Add(signal, "stop_loss", parsed.GetValue(_stop));
        Add(signal, "take_profit", parsed.GetValue(_target));
        Add(signal, "leverage", parsed.GetValue(_leverage));
        Add(signal, "confidence_pct", parsed.GetValue(_confidence));
        if (parsed.GetValue(_reason) is { } reason)
        {
            signal["reasoning"] = reason;
        }

        if (parsed.GetValue(_limit) is { } price)
        {
            signal["order_type"] = "limit";
            signal["price"] = price;
        }

        return new(parsed.GetValue(_action)!)
        {
            MarginUsd = parsed.GetValue(_margin) ?? 0,
            Qty = parsed.GetValue(_qty) ?? 0,
            Signal = signal,
            Symbol = parsed.GetValue(_symbol),
            DecisionId = parsed.GetValue(_decisionId) ?? Guid.NewGuid().ToString(),
            ValidUntil = parsed.GetValue(_validUntil) ?? (parsed.GetValue(_for) is { } life ? time.GetUtcNow() + life : null),
            ValidateOnly = parsed.GetValue(_dryRun),
        };
    }

    private static void Add(JsonObject signal, string name, decimal? value)
    {
        if (value is { } amount)
        {
            signal[name] = amount;
        }
    }

    /// <summary>What of it does not go together, each with its option and its rule.</summary>
    public IEnumerable<string> Broken(ParseResult given, int protocol)
    {
        var action = given.GetValue(_action) switch { Actions.Buy => Actions.Long, Actions.Sell => Actions.Short, var other => other };
        return Sizes(given, action).Concat(Fields(given, protocol)).Concat(Sides(given, action == Actions.Long)).Concat(Times(given));
    }

    private IEnumerable<string> Sizes(ParseResult given, string? action)
    {
        var (margin, qty) = (given.GetValue(_margin), given.GetValue(_qty));
        if (action is Actions.Long or Actions.Short)
        {
            if (margin is null == qty is null)
            {
                yield return margin is null
                    ? $"{_margin.Name} or {_qty.Name}: a {action} needs one of them, greater than 0"
                    : $"{_margin.Name} and {_qty.Name}: both size the order, give one of them";
            }

            if (qty == 0m)
            {
                yield return $"{_qty.Name}: must be greater than 0";
            }
        }

        foreach (var option in new[] { _margin, _stop, _target, _leverage }.Where(o => action is not (Actions.Long or Actions.Short) && given.GetValue(o) is not null))
        {
            yield return $"{option.Name}: only a LONG or SHORT has it, not a {action}{(option == _margin && action == Actions.Close ? "; give --qty, or nothing to close all" : "")}";
        }

        foreach (var option in new[] { _qty, _limit }.Where(o => action == Actions.NoTrade && given.GetValue(o) is not null))
        {
            yield return $"{option.Name}: a {Actions.NoTrade} is recorded only and orders nothing";
        }
    }

    private IEnumerable<string> Fields(ParseResult given, int protocol)
    {
        foreach (var option in new[] { _margin, _limit, _stop, _target }.Where(o => given.GetValue(o) == 0m))
        {
            yield return $"{option.Name}: must be greater than 0";
        }

        foreach (var (option, least, most) in new[] { (_leverage, 1m, 125m), (_confidence, 0m, 100m) })
        {
            if (given.GetValue(option) is { } value && (value < least || value > most))
            {
                yield return $"{option.Name}: {least} to {most}, not {Outcome.Text(value)}";
            }
        }

        foreach (var option in new[] { _qty, _limit, _leverage }.Where(o => protocol == 3 && given.GetValue(o) is not null))
        {
            yield return $"{option.Name}: protocol 3 has no such field; leave --protocol 3 out";
        }

        if (given.GetValue(_decisionId) is { Length: 0 or > 128 })
        {
            yield return $"{_decisionId.Name}: 1 to 128 characters";
        }
    }

    /// <summary>Whether the prices are in an order that any market price could fit; which side the market is on is the gateway's to say.</summary>
    private IEnumerable<string> Sides(ParseResult given, bool isLong)
    {
        var prices = new[] { _stop, _limit, _target }.Select(o => (o.Name, Price: given.GetValue(o))).Where(p => p.Price > 0).ToArray();
        var side = isLong ? "below" : "above";
        return prices.Zip(prices.Skip(1))
            .Where(p => isLong ? p.First.Price >= p.Second.Price : p.First.Price <= p.Second.Price)
            .Select(
                p => $"{p.First.Name} must be {side} {p.Second.Name} for a {(isLong ? Actions.Long : Actions.Short)}, but {Outcome.Text(p.First.Price!.Value)} is not {side} {Outcome.Text(p.Second.Price!.Value)}");
    }

    private IEnumerable<string> Times(ParseResult given)
    {
        if (given.GetValue(_validUntil) is { } until)
        {
            if (given.GetValue(_for) is not null)
            {
                yield return $"{_validUntil.Name} and {_for.Name}: both say until when, give one of them";
            }
            else if (until <= TimeProvider.System.GetUtcNow())
            {
                yield return $"{_validUntil.Name}: {until:O} has passed";
            }
        }
    }

    private static DateTimeOffset? Instant(ArgumentResult argument)
    {
        var text = argument.Tokens[0].Value;
        string[] forms = ["yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"];

        // Without an offset it would be read as this machine's time.
        if ((text.EndsWith('Z') || text.LastIndexOfAny(['+', '-']) > text.IndexOf('T', StringComparison.Ordinal))
            && DateTimeOffset.TryParseExact(text, forms, CultureInfo.InvariantCulture, DateTimeStyles.None, out var instant))
        {
            return instant;
        }

        argument.AddError($"{argument.OptionName()}: '{text}' is no time with an offset, such as 2025-01-31T13:00:00Z");
        return null;
    }
}
