namespace TradingSystem.Venues;

/// <summary>Bound from <c>EXECUTION__VENUES__…</c>.</summary>
public sealed class VenueOptions
{
    /// <summary>
    /// Other addresses than the exchange's own, by venue and environment, e.g. <c>EXECUTION__VENUES__HOSTS__BINANCE__SANDBOX__REST</c>.
    /// What is not given stays.
    /// </summary>
    public Dictionary<string, Dictionary<string, VenueHostOverride>> Hosts { get; init; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>How long after its time a signed request may arrive.</summary>
    public TimeSpan RecvWindow { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>For an answer to a request that changes something; after it the outcome is unknown.</summary>
    public TimeSpan OrderDeadline { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>For a read with its repetitions.</summary>
    public TimeSpan ReadDeadline { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>For one attempt of a read.</summary>
    public TimeSpan ReadAttempt { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The longest an order waits for its turn under the rate limits; then it is refused as rate limited.</summary>
    public TimeSpan OrderQueueWait { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>The same for a cancel or a setting, which does no harm when it leaves a little later.</summary>
    public TimeSpan ChangeQueueWait { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Part of the exchange's documented limits that is used; above 1 only against a server that has none.</summary>
    public double RateLimitFactor { get; set; } = 1;

    /// <summary>How long instruments are believed.</summary>
    public TimeSpan InstrumentAge { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>How long the clock offset is believed.</summary>
    public TimeSpan ClockAge { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>A ping goes out this often; a stream that has been silent for twice as long is taken for dead.</summary>
    public TimeSpan StreamPing { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>The same for a stream whose exchange answers no ping of ours: an idle one is opened anew, which counts as a gap.</summary>
    public TimeSpan StreamSilence { get; set; } = TimeSpan.FromMinutes(3);

    /// <summary>First pause before a reconnect; it doubles up to <see cref="ReconnectMost"/> and is spread by half.</summary>
    public TimeSpan ReconnectLeast { get; set; } = TimeSpan.FromMilliseconds(250);

    public TimeSpan ReconnectMost { get; set; } = TimeSpan.FromSeconds(20);

    public VenueOptions Validated()
    {
        Require(RecvWindow > TimeSpan.Zero && RecvWindow < TimeSpan.FromSeconds(60), nameof(RecvWindow), "above 0 and below 60 s");
        Require(OrderDeadline > TimeSpan.Zero, nameof(OrderDeadline), "positive");
        Require(ReadAttempt > TimeSpan.Zero && ReadDeadline >= ReadAttempt, nameof(ReadDeadline), "at least ReadAttempt, which must be positive");
        Require(OrderQueueWait >= TimeSpan.Zero && OrderQueueWait <= TimeSpan.FromSeconds(5), nameof(OrderQueueWait), "from 0 to 5 s");
        Require(ChangeQueueWait >= TimeSpan.Zero && ChangeQueueWait <= TimeSpan.FromSeconds(30), nameof(ChangeQueueWait), "from 0 to 30 s");
        Require(RateLimitFactor is > 0 and <= 10_000, nameof(RateLimitFactor), "above 0 and at most 10000");
        Require(StreamPing > TimeSpan.Zero && StreamPing <= TimeSpan.FromSeconds(25), nameof(StreamPing), "above 0 and at most 25 s");
        Require(StreamSilence >= TimeSpan.FromMilliseconds(100), nameof(StreamSilence), "at least 100 ms");
        Require(ReconnectLeast > TimeSpan.Zero && ReconnectMost >= ReconnectLeast, nameof(ReconnectMost), "at least ReconnectLeast, which must be positive");
        Require(InstrumentAge > TimeSpan.Zero && ClockAge > TimeSpan.Zero, nameof(InstrumentAge), "positive, as ClockAge");
        return this;
    }

    private static void Require(bool holds, string name, string rule)
    {
        if (!holds)
        {
            throw new InvalidOperationException($"Execution:Venues:{name} must be {rule}.");
        }
    }
}

/// <summary>Addresses for one environment of one venue; null keeps the exchange's own.</summary>
public sealed class VenueHostOverride
{
    public Uri? Rest { get; set; }

    public Uri? PrivateStream { get; set; }
}
