using System.Globalization;
using TradingSystem.Benchmarks.Load.Measure;
using TradingSystem.Benchmarks.Load.Options;
using TradingSystem.Benchmarks.Load.Peers;
using TradingSystem.Benchmarks.Load.Rows;

namespace TradingSystem.Benchmarks.Load;

/// <summary>
/// Starts every peer, warms it and stops it where it is; then the peers take turns row by row, repetition by repetition.
/// Rows about what a process begins to hold get new processes each time.
/// </summary>
internal sealed class LoadRun(LoadOptions options)
{
    private readonly List<Result> _results = [];
    private readonly List<(Peer Peer, string Folder)> _peers = [];

    public async Task<IReadOnlyList<Result>> RunAsync()
    {
        var rows = Row.All.Where(r => options.Rows.Contains(r.Name)).ToList();
        try
        {
            await RunOnWarmPeersAsync([.. rows.Where(r => !r.NeedsNewProcess)]);
        }
        finally
        {
            await EndAsync();
        }

        for (var repetition = 1; repetition <= options.Repeat; repetition++)
        {
            foreach (var row in rows.Where(r => r.NeedsNewProcess))
            {
                foreach (var name in Named(row))
                {
                    try
                    {
                        await MeasureAsync(row, await StartAsync(name), repetition);
                    }
                    finally
                    {
                        await EndAsync();
                    }
                }
            }
        }

        return _results;
    }

    private async Task RunOnWarmPeersAsync(IReadOnlyList<Row> rows)
    {
        foreach (var name in options.Peers.Where(p => rows.Any(r => r.Peers.Contains(p))))
        {
            var peer = await StartAsync(name);
            var seconds = await PreWarm.RunAsync(peer, [.. rows.Where(r => r.Peers.Contains(name) && !r.RepeatsItself)], options);
            Say($"{name} is warm after {seconds:0} s");
            peer.Pause();
        }

        for (var repetition = 1; repetition <= options.Repeat; repetition++)
        {
            foreach (var row in rows.Where(r => repetition == 1 || !r.RepeatsItself))
            {
                foreach (var (peer, _) in _peers.Where(p => row.Peers.Contains(p.Peer.Name)))
                {
                    peer.Resume();
                    await MeasureAsync(row, peer, repetition);
                    peer.Pause();
                }
            }
        }
    }

    private IEnumerable<string> Named(Row row) => options.Peers.Where(p => row.Peers.Contains(p));

    private async Task MeasureAsync(Row row, Peer peer, int repetition)
    {
        var r = await row.RunAsync(peer, repetition, options);
        _results.Add(r);
        Say(
            $"{repetition} {r.Peer} {r.Row}: {r.Rate:N0}/s, sustained {r.Sustained:N0}/s, p50 {r.P50:0.00} p99 {r.P99:0.00} p99.9 {r.P999:0.00} ms, backlog {r.Backlog}, worked off in {r.DrainSeconds:0.0} s, failed {r.Failed} {r.Note}; CPU s/10k: {Text(r.Cpu)}; {Text(r.Values)}");
    }

    private async Task<Peer> StartAsync(string name)
    {
        var folder = Directory.CreateTempSubdirectory("load-").FullName;
        // PostgreSQL runs as a user of its own, who must get through.
        File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        Peer peer = name switch
        {
            "M" => new BaselinePeer(durable: false, folder),
            "R" => new BaselinePeer(durable: true, folder),
            "P" => new ProductPeer(folder, options.Services),
            "E" => new ProductPeer(folder, ["standalone"]),
            _ => throw new ArgumentException(LoadOptions.Usage),
        };
        _peers.Add((peer, folder));
        await peer.StartAsync();
        return peer;
    }

    private async Task EndAsync()
    {
        foreach (var (peer, folder) in _peers)
        {
            await peer.DisposeAsync();
            if (!options.Keep)
            {
                Directory.Delete(folder, recursive: true);
            }
        }

        _peers.Clear();
    }

    private static string Text(IReadOnlyDictionary<string, double> figures) =>
        string.Join(", ", figures.Select(f => string.Create(CultureInfo.InvariantCulture, $"{f.Key} {f.Value:0.000}")));

    private static void Say(FormattableString text) => Console.WriteLine(FormattableString.Invariant(text));
}
