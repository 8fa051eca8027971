namespace TradingSystem.Venues;

/// <summary>Where an exchange answers. The stream carries its path up to the point where the adapter adds to it.</summary>
public sealed record VenueHosts(Uri Rest, Uri PrivateStream)
{
    public Uri RestAddress(string path, string query) => new(Rest.AbsoluteUri.TrimEnd('/') + path + (query.Length == 0 ? "" : "?" + query));

    public VenueHosts With(VenueHostOverride? other) => other is null
        ? this
        : new(other.Rest ?? Rest, other.PrivateStream ?? PrivateStream);
}
