using System.Globalization;

namespace TradingSystem.Benchmarks.Load.Options;

/// <summary>Arguments behind <c>load</c>.</summary>
internal sealed record LoadOptions
{
    public const string Usage = """
        load [--rows fanout,ack64,ack1,decisions,single,idle,slow] [--only M,R,P,E] [--seconds 10] [--warmup 3] [--prewarm 120]
             [--repeat 3] [--services gateway,trigger,execution,diary] [--connections 10000] [--name load] [--keep] [--note TEXT]
        Peers: M in-memory gateway, R plain RabbitMQ client, P the product's services, E the product in one process.
        """;

    public IReadOnlyList<string> Rows { get; init; } = ["fanout", "ack64", "ack1", "decisions", "single", "idle", "slow"];

    public IReadOnlyList<string> Peers { get; init; } = ["R", "M", "P", "E"];

    public TimeSpan Time { get; init; } = TimeSpan.FromSeconds(10);

    public TimeSpan WarmUp { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>The longest time for which a new peer is loaded before anything is measured, until its run-time has compiled what is hot.</summary>
    public TimeSpan PreWarm { get; init; } = TimeSpan.FromSeconds(120);

    public int Repeat { get; init; } = 3;

    /// <summary>Of P. Those left out have no queue either, so that nobody publishes for them.</summary>
    public IReadOnlyList<string> Services { get; init; } = ["gateway", "trigger", "execution", "diary"];

    public int Connections { get; init; } = 10_000;

    /// <summary>Leaves the folders with the processes' logs.</summary>
    public bool Keep { get; init; }

    /// <summary>Last part of the result files' name.</summary>
    public string Name { get; init; } = "load";

    public string? Note { get; init; }

    public static LoadOptions Parse(string[] args)
    {
        var options = new LoadOptions();
        for (var i = 0; i < args.Length; i++)
        {
            if (args[i] == "--keep")
            {
                options = options with { Keep = true };
                continue;
            }

            var value = i + 1 < args.Length ? args[i + 1] : throw new ArgumentException(Usage);
            options = args[i++] switch
            {
                "--rows" => options with { Rows = value.Split(',') },
                "--only" => options with { Peers = value.ToUpperInvariant().Split(',') },
                "--seconds" => options with { Time = Seconds(value) },
                "--warmup" => options with { WarmUp = Seconds(value) },
                "--prewarm" => options with { PreWarm = Seconds(value) },
                "--repeat" => options with { Repeat = int.Parse(value, CultureInfo.InvariantCulture) },
                "--services" => options with { Services = value.Split(',') },
                "--connections" => options with { Connections = int.Parse(value, CultureInfo.InvariantCulture) },
                "--name" => options with { Name = value },
                "--note" => options with { Note = value },
                _ => throw new ArgumentException(Usage),
            };
        }

        return options;
    }

    private static TimeSpan Seconds(string value) => TimeSpan.FromSeconds(double.Parse(value, CultureInfo.InvariantCulture));
}
