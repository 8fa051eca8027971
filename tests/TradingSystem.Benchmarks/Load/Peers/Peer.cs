using TradingSystem.Benchmarks.Load.Client;

namespace TradingSystem.Benchmarks.Load.Peers;

/// <summary>Something that speaks the protocol, with every process it consists of.</summary>
internal abstract class Peer : IAsyncDisposable
{
    /// <summary>M, R, P (six processes' worth of product) or E (the product in one process).</summary>
    public abstract string Name { get; }

    public abstract int Port { get; }

    /// <summary>The process that holds the sockets.</summary>
    public abstract int GatewayPid { get; }

    /// <summary>Root process of each part; children count with it.</summary>
    public abstract IReadOnlyList<(string Name, int Pid)> Processes { get; }

    /// <summary>Those of <see cref="Processes"/> that are programs of .NET.</summary>
    public IEnumerable<int> Programs => Processes.Where(p => p.Name is not ("broker" or "database")).Select(p => p.Pid);

    public abstract Task StartAsync();

    /// <summary>Stops the programs where they are, so that a peer that waits for its turn takes nothing from the others.</summary>
    public void Pause() => Signal(Native.SignalStop);

    public void Resume() => Signal(Native.SignalContinue);

    /// <summary>Query strings of <paramref name="groups"/> × <paramref name="perGroup"/> connections, group by group.</summary>
    public abstract Task<IReadOnlyList<string>> GroupQueriesAsync(int groups, int perGroup = 1);

    public abstract Task<IReadOnlyList<string>> TriggerQueriesAsync(int triggers);

    /// <summary>Messages that wait in the broker.</summary>
    public virtual Task<long> BacklogAsync() => Task.FromResult(0L);

    /// <summary>Broker messages published so far, or 0 where nobody counts them.</summary>
    public virtual Task<long> PublishedAsync() => Task.FromResult(0L);

    public abstract ValueTask DisposeAsync();

    private void Signal(int signal)
    {
        foreach (var pid in Programs)
        {
            _ = Native.Signal(pid, signal);
        }
    }
}
