namespace TradingSystem.Venues.Http;

public enum RequestKind
{
    /// <summary>Changes nothing and may be repeated.</summary>
    Read,

    /// <summary>Changes something other than by placing an order: a cancel or a setting. Sent once.</summary>
    Change,

    /// <summary>Places an order. Sent once, and never later than the order may wait for its turn.</summary>
    Order,
}

public enum RequestSecurity
{
    Public,
    KeyOnly,
    Signed,
}

/// <param name="Path">Without query.</param>
public sealed record VenueRequest(HttpMethod Method, string Path, RequestKind Kind, RequestSecurity Security, VenueFields Fields)
{
    /// <summary>The body is this list instead of the fields.</summary>
    public IReadOnlyList<VenueFields>? Items { get; init; }

    /// <summary>What it costs where the exchange weighs requests.</summary>
    public int Weight { get; init; } = 1;

    public static VenueRequest Public(string path, VenueFields? fields = null) =>
        new(HttpMethod.Get, path, RequestKind.Read, RequestSecurity.Public, fields ?? new());

    public static VenueRequest Read(string path, VenueFields? fields = null) =>
        new(HttpMethod.Get, path, RequestKind.Read, RequestSecurity.Signed, fields ?? new());

    public static VenueRequest Change(HttpMethod method, string path, VenueFields fields) =>
        new(method, path, RequestKind.Change, RequestSecurity.Signed, fields);

    public static VenueRequest Order(string path, VenueFields fields) =>
        new(HttpMethod.Post, path, RequestKind.Order, RequestSecurity.Signed, fields);
}
