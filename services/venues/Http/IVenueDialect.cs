namespace TradingSystem.Venues.Http;

/// <summary>What differs between exchanges in sending a request and understanding its answer.</summary>
public interface IVenueDialect
{
    VenueRequest TimeRequest { get; }

    DateTimeOffset ReadTime(JsonReply reply);

    /// <summary>Signed for the exchange's time <paramref name="now"/>.</summary>
    HttpRequestMessage Compose(VenueRequest request, DateTimeOffset now);

    /// <summary>Turns an answer, or its absence, into an outcome.</summary>
    VenueReply<JsonReply> Judge(VenueRequest request, HttpAnswer answer);

    /// <summary>The limits that a request counts against.</summary>
    IReadOnlyList<RateCharge> Charges(VenueRequest request);

    /// <summary>Takes over what the answer's headers say of the limits.</summary>
    void Observe(VenueRequest request, HttpAnswer answer, RateGate gate);
}
