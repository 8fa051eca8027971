namespace TradingSystem.Venues.Streams;

/// <summary>What differs between exchanges in a private stream. One instance per stream; it may remember what belongs to the connection.</summary>
public interface IStreamDialect
{
    /// <summary>A text the exchange answers, so that silence means something; null where there is none.</summary>
    string? Ping { get; }

    /// <summary>Begins a new connection: where to, and what to say first.</summary>
    Task<VenueReply<StreamTarget>> OpenAsync(CancellationToken cancellationToken);

    /// <exception cref="FormatException">The message cannot be read.</exception>
    StreamReading Read(ReadOnlyMemory<byte> message);

    /// <summary>Called at every ping's time; answers why the connection must be made anew, null when it need not.</summary>
    Task<string?> TickAsync(CancellationToken cancellationToken);
}

/// <param name="Hello">Sent at once; null to wait for the exchange.</param>
/// <param name="ReadyAtOnce">Nothing is to be confirmed.</param>
public sealed record StreamTarget(Uri Address, string? Hello, bool ReadyAtOnce)
{
    /// <summary>Neither the login nor a key in the address is shown.</summary>
    public override string ToString() => Address.Host;
}

public sealed record StreamReading
{
    public static StreamReading Nothing { get; } = new();

    public IReadOnlyList<VenueEvent> Events { get; init; } = [];

    /// <summary>To be sent now.</summary>
    public string? Send { get; init; }

    /// <summary>Everything is subscribed now.</summary>
    public bool IsReady { get; init; }

    /// <summary>Why the connection is of no more use.</summary>
    public string? Broken { get; init; }
}
