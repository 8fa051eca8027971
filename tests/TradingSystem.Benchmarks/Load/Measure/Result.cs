namespace TradingSystem.Benchmarks.Load.Measure;

/// <summary>
/// One measurement of one row on one peer. Rates are per second, delays in milliseconds; <c>Values</c> holds what only this row has.
/// <c>Backlog</c> is the broker's ready messages the moment the load ended, <c>DrainSeconds</c> how long everybody then still worked.
/// </summary>
internal sealed record Result(string Row, string Peer, int Repetition)
{
    public double Rate { get; init; }

    /// <summary>The rate if the time that everybody worked on after the load counts too: what could go on for ever.</summary>
    public double Sustained { get; init; }

    public double P50 { get; init; }

    public double P99 { get; init; }

    public double P999 { get; init; }

    public long Backlog { get; init; }

    public double DrainSeconds { get; init; }

    public long Failed { get; init; }

    public string? Note { get; init; }

    /// <summary>CPU seconds per 10,000 of the row's unit, by process.</summary>
    public IReadOnlyDictionary<string, double> Cpu { get; init; } = new Dictionary<string, double>();

    public IReadOnlyDictionary<string, double> Values { get; init; } = new Dictionary<string, double>();
}
