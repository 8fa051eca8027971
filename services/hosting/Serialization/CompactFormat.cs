using System.Net.Mime;
using MassTransit;

namespace TradingSystem.Hosting.Serialization;

/// <summary>
/// A message's body is the message alone, read once and straight into its type; what MassTransit's envelope says about it is in transport
/// headers. The envelope, parsed into a document and from there into objects, was up to half of a consumer's time.
/// </summary>
public sealed class CompactFormat(BusTypes types) : ISerializerFactory
{
    /// <summary>Tells these bodies from envelopes, which an earlier version may have left in a queue.</summary>
    public static readonly ContentType MediaType = new("application/vnd.tradingsystem+json");

    public ContentType ContentType => MediaType;

    public IMessageSerializer CreateSerializer() => new CompactSerializer(types);

    public IMessageDeserializer CreateDeserializer() => new CompactDeserializer(types);
}
