namespace TradingSystem.Venues;

/// <summary>Where an exchange answers. Streams carry their path up to the point where the adapter adds to it.</summary>
public sealed record VenueHosts(Uri Rest, Uri PublicStream, Uri PrivateStream)
{
    public Uri RestAddress(string path, string query) => new(Rest.AbsoluteUri.TrimEnd('/') + path + (query.Length == 0 ? "" : "?" + query));

    public VenueHosts With(VenueHostOverride? other) => other is null
        ? this
        : new(other.Rest ?? Rest, other.PublicStream ?? PublicStream, other.PrivateStream ?? PrivateStream);
}
