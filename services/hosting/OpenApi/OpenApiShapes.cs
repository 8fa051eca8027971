using System.Reflection;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Mvc.Infrastructure;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using TradingSystem.Contracts.Wire;
using TradingSystem.Hosting.Rest;

namespace TradingSystem.Hosting.OpenApi;

/// <summary>Types and fields of the OpenAPI document: what they mean, which words they may be, and numbers that are numbers.</summary>
public static class OpenApiShapes
{
    // Of the framework: the name of what becomes a component, and what is said beside a reference to it.
    private const string ComponentName = "x-schema-id";
    private const string BesideReference = "x-ref-description";

    public static void DescribeShapes(this OpenApiOptions options)
    {
        options.CreateSchemaReferenceId = type => IsQueryValue(type.Type) ? null : OpenApiOptions.CreateDefaultSchemaReferenceId(type);
        options.AddSchemaTransformer((schema, context, _) =>
        {
            QueryValue(schema, context.JsonTypeInfo.Type);
            Number(schema, context.JsonTypeInfo.Type);
            Reason(schema, context.JsonTypeInfo.Type);
            schema.Description ??= XmlDocs.Of(context.JsonTypeInfo.Type);
            if (context.JsonPropertyInfo is { } property)
            {
                Describe(schema, property);
            }

            return Task.CompletedTask;
        });
        options.AddOperationTransformer((operation, context, _) =>
        {
            foreach (var parameter in operation.Parameters?.OfType<OpenApiParameter>() ?? [])
            {
                parameter.Description ??= FieldWords.Of(parameter.Name!);
                var source = context.Description.ParameterDescriptions.FirstOrDefault(p => p.Name == parameter.Name);
                if (source?.ParameterDescriptor is IParameterInfoParameterDescriptor { ParameterInfo: { } handler } && parameter.Schema is OpenApiSchema schema)
                {
                    Words(schema, handler.GetCustomAttribute<WordsAttribute>());
                    Format(schema, Nullable.GetUnderlyingType(handler.ParameterType) ?? handler.ParameterType);
                }
            }

            return Task.CompletedTask;
        });
    }

    /// <summary>The framework takes what is read from a text for any text.</summary>
    private static void Format(OpenApiSchema schema, Type type) => schema.Format ??= type == typeof(Guid) ? "uuid" : type == typeof(Moment) ? "date-time" : null;

    /// <summary>What reads its own text is a text, whatever it is made of.</summary>
    private static void QueryValue(OpenApiSchema schema, Type type)
    {
        if (IsQueryValue(type))
        {
            schema.Type = JsonSchemaType.String;
            schema.Properties = null;
            schema.Required = null;
        }
    }

    private static bool IsQueryValue(Type type) =>
        (Nullable.GetUnderlyingType(type) ?? type).GetInterfaces().Any(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IQueryValue<>));

    private static void Describe(OpenApiSchema schema, JsonPropertyInfo property)
    {
        var member = property.AttributeProvider as PropertyInfo;
        NoNull(schema, property, member?.Name);
        var text = (member is null ? null : XmlDocs.Of(member)) ?? FieldWords.Of(property.Name);
        if (schema.Metadata is { } metadata && metadata.TryGetValue(ComponentName, out var id) && id is string { Length: > 0 })
        {
            metadata[BesideReference] = text!;
        }
        else
        {
            schema.Description = text;
        }

        Words(schema.Items as OpenApiSchema ?? schema, member?.GetCustomAttribute<WordsAttribute>()
            ?? property.AssociatedParameter?.AttributeProvider?.GetCustomAttributes(typeof(WordsAttribute), inherit: true).OfType<WordsAttribute>().FirstOrDefault());
    }

    /// <summary>A reason is written as its word.</summary>
    private static void Reason(OpenApiSchema schema, Type type)
    {
        if (type == typeof(ReasonCode))
        {
            schema.Type = JsonSchemaType.String;
        }
    }

    /// <summary>A body that refuses null says so by its type.</summary>
    private static void NoNull(OpenApiSchema schema, JsonPropertyInfo property, string? name)
    {
        if (property.DeclaringType.GetCustomAttribute<NoNullsAttribute>() is { } none && !none.Except.Contains(name))
        {
            schema.Type &= ~JsonSchemaType.Null;
        }
    }

    private static void Words(OpenApiSchema schema, WordsAttribute? words)
    {
        if (words is null)
        {
            return;
        }

        schema.Enum = [.. words.Words.Select(w => (JsonNode)w)];
        if (schema.Type?.HasFlag(JsonSchemaType.Null) == true)
        {
            schema.Enum.Add(JsonNullSentinel.JsonNull);
        }
    }

    /// <summary>The serializer would read numbers from texts as well; the answers have none, and requests are read more strictly.</summary>
    private static void Number(OpenApiSchema schema, Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (schema.Type is { } kind && kind.HasFlag(JsonSchemaType.String) && (type == typeof(decimal) || type == typeof(int) || type == typeof(long)))
        {
            schema.Type = kind & ~JsonSchemaType.String;
            schema.Pattern = null;
        }
    }
}
