using System.Text.Json.Nodes;

namespace TradingSystem.Client;

/// <summary>What a group asks of its own orders and protection.</summary>
public sealed partial class TradingClient
{
    /// <summary>
    /// Takes back what rests of a decision, which may not have come to an order yet; its update tells what became of it. Where nothing rests
    /// the update of the reply's id says NOTHING_TO_CANCEL. After a broken connection this client repeats it by itself.
    /// </summary>
    public Task<Reply> CancelAsync(string decisionId, TimeSpan? deadline = null, CancellationToken cancellationToken = default) =>
        SteerAsync("cancel", new() { ["decision_id"] = decisionId }, keyed: true, deadline, cancellationToken);

    /// <summary>
    /// Takes back every order of the group that rests, never its protection. Without a reply it is not repeated: that would also mean what was
    /// ordered since. Send it again if that is what you want.
    /// </summary>
    public Task<Reply> CancelAllAsync(TimeSpan? deadline = null, CancellationToken cancellationToken = default) =>
        SteerAsync("cancel", new() { ["all"] = true }, keyed: false, deadline, cancellationToken);

    /// <summary>
    /// Moves the stop-loss and take-profit of the group's position; a leg that is null stays as it is. The update of the reply's id tells what
    /// came of it. After a broken connection this client repeats it by itself.
    /// </summary>
    /// <param name="symbol">Null takes the group's.</param>
    public Task<Reply> ProtectAsync(string? symbol, Leg? stopLoss = null, Leg? takeProfit = null, TimeSpan? deadline = null, CancellationToken cancellationToken = default)
    {
        var fields = new JsonObject { ["symbol"] = symbol ?? Ack?.Symbol };
        foreach (var (name, leg) in new[] { ("stop_loss", stopLoss), ("take_profit", takeProfit) })
        {
            if (leg is not null)
            {
                fields[name] = leg.Price;
            }
        }

        return SteerAsync("protect", fields, keyed: true, deadline, cancellationToken);
    }

    private Task<Reply> SteerAsync(string name, JsonObject fields, bool keyed, TimeSpan? deadline, CancellationToken cancellationToken)
    {
        if (_options.Protocol != 2)
        {
            return RequestAsync(new() { ["kind"] = name, ["payload"] = fields }, keyed, deadline, cancellationToken);
        }

        fields["type"] = name;
        return RequestAsync(fields, keyed, deadline, cancellationToken);
    }
}
