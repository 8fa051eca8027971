using System.Diagnostics.CodeAnalysis;
using MassTransit;
using MassTransit.Serialization;

namespace TradingSystem.Hosting.Serialization;

/// <summary>A message that was read already; null when nobody here knows its type, which no consumer then gets.</summary>
internal sealed class CompactContext(CompactSerializer serializer, RawMessageContext about, string urn, object? message)
    : BaseSerializerContext(SystemTextJsonMessageSerializer.Instance, about, [urn])
{
    public override bool IsSupportedMessageType<T>() => message is T;

    public override bool IsSupportedMessageType(Type messageType) => messageType.IsInstanceOfType(message);

    public override bool TryGetMessage<T>([NotNullWhen(true)] out T? messageOfT)
        where T : class
    {
        messageOfT = message as T;
        return messageOfT is not null;
    }

    public override bool TryGetMessage(Type messageType, [NotNullWhen(true)] out object? messageOfType)
    {
        messageOfType = messageType.IsInstanceOfType(message) ? message : null;
        return messageOfType is not null;
    }

    public override IMessageSerializer GetMessageSerializer() => serializer;

    public override IMessageSerializer GetMessageSerializer<T>(MessageEnvelope envelope, T messageOfT) => serializer;

    public override IMessageSerializer GetMessageSerializer(object messageOfType, string[] messageTypes) => serializer;

    public override Dictionary<string, object> ToDictionary<T>(T? messageOfT)
        where T : class => throw new NotSupportedException();
}
