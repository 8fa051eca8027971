using System.Buffers;
using System.Net.Mime;
using System.Runtime.Serialization;
using System.Text.Encodings.Web;
using System.Text.Json;
using MassTransit;
using MassTransit.Serialization;

namespace TradingSystem.Hosting.Serialization;

/// <summary>Writes known messages compactly; every other, such as a fault, in MassTransit's envelope.</summary>
public sealed class CompactSerializer(BusTypes types) : IMessageSerializer
{
    private const int FirstBytes = 16 << 10;

    // A thread does not keep the room of the largest message it ever wrote.
    private const int MostKept = 256 << 10;

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? _buffer;

    [ThreadStatic]
    private static Utf8JsonWriter? _writer;

    public ContentType ContentType => CompactFormat.MediaType;

    public MessageBody GetMessageBody<T>(SendContext<T> context)
        where T : class
    {
        if (!types.TryGet(typeof(T), out var type))
        {
            context.ContentType = SystemTextJsonMessageSerializer.JsonContentType;
            return SystemTextJsonMessageSerializer.Instance.GetMessageBody(context);
        }

        var headers = context.Headers;
        headers.Set(MessageHeaders.MessageType, type.Urn);
        Set(headers, MessageHeaders.ConversationId, context.ConversationId);
        Set(headers, MessageHeaders.CorrelationId, context.CorrelationId);
        Set(headers, MessageHeaders.InitiatorId, context.InitiatorId);
        Set(headers, MessageHeaders.RequestId, context.RequestId);
        Set(headers, MessageHeaders.SourceAddress, context.SourceAddress);
        Set(headers, MessageHeaders.ResponseAddress, context.ResponseAddress);
        Set(headers, MessageHeaders.FaultAddress, context.FaultAddress);
        context.ContentType = CompactFormat.MediaType;
        return new BytesMessageBody(Write(context.Message, type));
    }

    private static byte[] Write(object message, BusType type)
    {
        var buffer = _buffer ??= new(FirstBytes);
        var writer = _writer ??= new(buffer, Options);
        writer.Reset(buffer);
        try
        {
            JsonSerializer.Serialize(writer, message, type.Json);
            writer.Flush();
            return buffer.WrittenSpan.ToArray();
        }
        catch (Exception e)
        {
            throw new SerializationException($"{type.Type.Name} cannot be written", e);
        }
        finally
        {
            buffer.ResetWrittenCount();
            if (buffer.Capacity > MostKept)
            {
                _buffer = null;
                _writer = null;
            }
        }
    }

    private static void Set(SendHeaders headers, string name, Guid? value)
    {
        if (value is { } id)
        {
            headers.Set(name, id.ToString());
        }
    }

    private static void Set(SendHeaders headers, string name, Uri? value)
    {
        if (value is not null)
        {
            headers.Set(name, value.ToString());
        }
    }
}
