namespace TradingSystem.Execution.Desk;

/// <summary>Writes differences between venue and tables down, in the transaction that does something about them; each once.</summary>
internal sealed class DifferenceLog(DeskContext desk)
{
    private readonly HashSet<string> _reported = new(StringComparer.Ordinal);

    /// <summary>False for what this desk has dealt with before.</summary>
    public bool IsNew(string difference) => _reported.Add(difference);

    /// <summary>One of which nothing is done in the tables.</summary>
    public async Task ReportAsync(string kind, string? symbol, string? venue, string? ours, string done)
    {
        if (IsNew($"{kind} {symbol} {venue} {ours}"))
        {
            await desk.Store.RunAsync(
                work =>
                {
                    Report(work, kind, symbol, venue, ours, done);
                    return Task.FromResult(true);
                },
                desk.Stop);
        }
    }

    public void Report(DeskWork work, string kind, string? symbol, string? venue, string? ours, string done)
    {
        work.Log(kind, symbol, venue, ours, done);
        DeskLog.Differs(desk.Log, desk.AccountId, kind, symbol, venue, ours, done);
        DeskTelemetry.Differs(kind);
    }
}
