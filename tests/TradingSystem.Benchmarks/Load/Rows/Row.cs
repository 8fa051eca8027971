using TradingSystem.Benchmarks.Load.Client;
using TradingSystem.Benchmarks.Load.Measure;
using TradingSystem.Benchmarks.Load.Options;
using TradingSystem.Benchmarks.Load.Peers;

namespace TradingSystem.Benchmarks.Load.Rows;

/// <summary>One line of the table: a load, and the peers that it is put on.</summary>
internal abstract class Row
{
    protected static readonly TimeSpan ConnectDeadline = TimeSpan.FromSeconds(60);

    /// <summary>In the order in which they run: what leaves a database with the most to tidy up comes last.</summary>
    public static IReadOnlyList<Row> All { get; } =
    [
        new Decisions("single", "one decision at a time on an idle system, decisions/s", groups: 1),
        new Acks("ack1", "ack, 10 senders × 1 outstanding, events/s", window: 1),
        new FanOut(),
        new Acks("ack64", "ack, 10 senders × 64 outstanding, events/s", window: 64),
        new Decisions("decisions", "decisions → order row → update, 100 groups, decisions/s", groups: 100),
        new SlowReaders(),
        new IdleConnections(),
    ];

    public abstract string Name { get; }

    public abstract string Title { get; }

    /// <summary>Peers that the row says something about.</summary>
    public virtual string Peers => "MRPE";

    /// <summary>True for a row that measures what a process begins to hold: only a new one has no room left over from before.</summary>
    public virtual bool NeedsNewProcess => false;

    /// <summary>True for a row that repeats by itself.</summary>
    public virtual bool RepeatsItself => false;

    public abstract Task<Result> RunAsync(Peer peer, int repetition, LoadOptions options);

    protected static void Connect(Loop loop, Peer peer, IEnumerable<(string Query, Role Role)> wanted) =>
        loop.ConnectAll([.. wanted.Select(w => new Func<Connection>(() => loop.Connect(peer.Port, w.Query, w.Role)))], ConnectDeadline);
}
