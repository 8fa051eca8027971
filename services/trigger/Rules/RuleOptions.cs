namespace TradingSystem.Trigger.Rules;

/// <summary>Built-in rules. Bound from <c>TRIGGER__RULES__…</c>.</summary>
public sealed class RuleOptions
{
    public bool Enabled { get; set; } = true;

    /// <summary>Symbols that rules look at, comma-separated; a replay adds its own. Few by default, so that a newcomer is not flooded.</summary>
    public string Symbols { get; set; } = "BTCUSDT";

    /// <summary>Shortest wall-clock time between two events of one rule on one symbol.</summary>
    public TimeSpan Cooldown { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>The same while a replay runs.</summary>
    public TimeSpan ReplayCooldown { get; set; } = TimeSpan.FromSeconds(2);

    public EmaCrossOptions EmaCross { get; set; } = new();

    public PriceMoveOptions PriceMove { get; set; } = new();

    /// <summary>New ones of the rules that are enabled, for one symbol. Each rule has a line here.</summary>
    public IEnumerable<IRule> Create()
    {
        if (EmaCross.Enabled)
        {
            yield return new EmaCrossRule(EmaCross.Fast, EmaCross.Slow);
        }

        if (PriceMove.Enabled)
        {
            yield return new PriceMoveRule(PriceMove.ThresholdBps, PriceMove.Window);
        }
    }

    /// <exception cref="InvalidOperationException">A value is outside its bounds.</exception>
    internal RuleOptions Validated()
    {
        Require(EmaCross.Fast >= 1, "EmaCross:Fast must be at least 1", EmaCross.Fast);
        Require(EmaCross.Slow > EmaCross.Fast && EmaCross.Slow <= 500, "EmaCross:Slow must be above Fast and at most 500", EmaCross.Slow);
        Require(PriceMove.ThresholdBps > 0, "PriceMove:ThresholdBps must be above 0", PriceMove.ThresholdBps);
        Require(PriceMove.Window > TimeSpan.Zero, "PriceMove:Window must be above 0", PriceMove.Window);
        Require(Cooldown >= TimeSpan.Zero, "Cooldown must not be negative", Cooldown);
        Require(ReplayCooldown >= TimeSpan.Zero, "ReplayCooldown must not be negative", ReplayCooldown);
        return this;
    }

    private static void Require(bool holds, string rule, object got)
    {
        if (!holds)
        {
            throw new InvalidOperationException($"Trigger:Rules:{rule}, got '{got}'.");
        }
    }
}

/// <summary>Periods in bars.</summary>
public sealed class EmaCrossOptions
{
    public bool Enabled { get; set; } = true;

    public int Fast { get; set; } = 8;

    public int Slow { get; set; } = 21;
}

/// <summary>A move of at least <c>ThresholdBps</c> (1 bp = 0.01 %) within <c>Window</c> of market time.</summary>
public sealed class PriceMoveOptions
{
    public bool Enabled { get; set; } = true;

    public decimal ThresholdBps { get; set; } = 50;

    public TimeSpan Window { get; set; } = TimeSpan.FromMinutes(5);
}
