using System.Net.Mime;
using System.Runtime.Serialization;
using System.Text.Json;
using MassTransit;
using MassTransit.Serialization;

namespace TradingSystem.Hosting.Serialization;

/// <summary>Reads what <see cref="CompactSerializer"/> wrote. What is not such a message throws, which brings it to its queue's error queue.</summary>
public sealed class CompactDeserializer(BusTypes types) : IMessageDeserializer
{
    public ContentType ContentType => CompactFormat.MediaType;

    public ConsumeContext Deserialize(ReceiveContext receiveContext) =>
        new BodyConsumeContext(receiveContext, Deserialize(receiveContext.Body, receiveContext.TransportHeaders, receiveContext.InputAddress));

    public SerializerContext Deserialize(MessageBody body, Headers headers, Uri? destinationAddress = null)
    {
        if (headers.Get<string>(MessageHeaders.MessageType) is not { Length: > 0 } urn)
        {
            throw new SerializationException("The message does not say what it is");
        }

        return new CompactContext(new CompactSerializer(types), new(headers, destinationAddress, RawSerializerOptions.CopyHeaders), urn, Read(types, urn, body.GetBytes()));
    }

    public MessageBody GetMessageBody(string text) => new StringMessageBody(text);

    public void Probe(ProbeContext context) => context.CreateScope("json").Add("contentType", ContentType.MediaType);

    /// <summary>Null for a message that this version does not know.</summary>
    internal static object? Read(BusTypes types, string urn, ReadOnlySpan<byte> body)
    {
        if (!types.TryGet(urn, out var type))
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize(body, type.Json) ?? throw new SerializationException($"{type.Type.Name} is null");
        }
        catch (JsonException e)
        {
            throw new SerializationException($"{type.Type.Name} cannot be read", e);
        }
    }
}
