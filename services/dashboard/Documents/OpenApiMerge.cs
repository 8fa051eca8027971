using System.Text.Json.Nodes;
using TradingSystem.Dashboard.Forwarding;

namespace TradingSystem.Dashboard.Documents;

/// <summary>What a service says about its own routes.</summary>
public sealed record ServiceDocument(ForwardTarget Target, JsonObject Document);

/// <summary>
/// One OpenAPI document out of several. A component that two documents describe alike is one; described differently, the later one gets
/// its service's prefix. Paths that the front does not forward to a service are not its to promise and stay out.
/// </summary>
public static class OpenApiMerge
{
    private const string Components = "components";

    // Security schemes are found by name, not by $ref, and belong to the product: the first one stands.
    private const string SecuritySchemes = "securitySchemes";

    public static JsonObject Merge(JsonObject front, IEnumerable<ServiceDocument> services)
    {
        var merged = front.DeepClone().AsObject();
        foreach (var (target, original) in services)
        {
            var document = original.DeepClone().AsObject();
            var prefix = Prefix(target.Service);
            var names = NewNames(Child(merged, Components), Child(document, Components), prefix);
            RewriteReferences(document, names);
            AddComponents(Child(merged, Components), Child(document, Components), names);
            AddPaths(merged, Child(document, "paths"), target, prefix);
            AddTags(merged, document["tags"] as JsonArray);
        }

        return merged;
    }

    private static string Prefix(string service) =>
        string.Concat(service.Split('-').Select(word => char.ToUpperInvariant(word[0]) + word[1..]));

    private static JsonObject Child(JsonObject parent, string name)
    {
        if (parent[name] is JsonObject child)
        {
            return child;
        }

        child = [];
        parent[name] = child;
        return child;
    }

    /// <summary>"section/name" of every component that cannot keep its name, with the new one.</summary>
    private static Dictionary<string, string> NewNames(JsonObject known, JsonObject added, string prefix)
    {
        var names = new Dictionary<string, string>();
        bool found;
        do
        {
            // Equal texts differ too once something they refer to got another name, hence until nothing is found.
            found = false;
            foreach (var (section, name, content) in Each(added))
            {
                var key = $"{section}/{name}";
                if (section == SecuritySchemes || names.ContainsKey(key) || known[section]?[name] is not { } other
                    || (JsonNode.DeepEquals(other, content) && !References(content).Any(names.ContainsKey)))
                {
                    continue;
                }

                var candidate = prefix + name;
                for (var n = 2; known[section]?[candidate] is not null || added[section]?[candidate] is not null; n++)
                {
                    candidate = $"{prefix}{name}{n}";
                }

                names[key] = candidate;
                found = true;
            }
        }
        while (found);
        return names;
    }

    private static IEnumerable<(string Section, string Name, JsonNode? Content)> Each(JsonObject components) =>
        from section in components
        where section.Value is JsonObject
        from item in section.Value.AsObject()
        select (section.Key, item.Key, item.Value);

    private static IEnumerable<string> References(JsonNode? node) => node switch
    {
        JsonObject map => map.SelectMany(p => References(p.Value)),
        JsonArray list => list.SelectMany(References),
        _ => Reference(node) is var (key, _) ? [key] : [],
    };

    /// <summary>#/components/section/name, or something within: from <c>$ref</c> and from a discriminator's mapping.</summary>
    private static (string Key, string Within)? Reference(JsonNode? node)
    {
        const string Start = $"#/{Components}/";
        if (node is not JsonValue value || !value.TryGetValue<string>(out var text) || !text.StartsWith(Start, StringComparison.Ordinal))
        {
            return null;
        }

        var parts = text[Start.Length..].Split('/', 3);
        return parts.Length < 2 ? null : ($"{parts[0]}/{parts[1]}", parts.Length == 3 ? $"/{parts[2]}" : "");
    }

    private static void RewriteReferences(JsonNode? node, Dictionary<string, string> names)
    {
        switch (node)
        {
            case JsonObject map:
                map.ToList().ForEach(p => RewriteReferences(p.Value, names));
                break;
            case JsonArray list:
                list.ToList().ForEach(item => RewriteReferences(item, names));
                break;
            default:
                if (Reference(node) is var (key, within) && names.TryGetValue(key, out var name))
                {
                    node!.ReplaceWith($"#/{Components}/{key[..key.IndexOf('/', StringComparison.Ordinal)]}/{name}{within}");
                }

                break;
        }
    }

    private static void AddComponents(JsonObject known, JsonObject added, Dictionary<string, string> names)
    {
        foreach (var (section, name, content) in Each(added))
        {
            Child(known, section).TryAdd(names.GetValueOrDefault($"{section}/{name}", name), content?.DeepClone());
        }
    }

    private static void AddPaths(JsonObject merged, JsonObject added, ForwardTarget target, string prefix)
    {
        var known = Child(merged, "paths");
        var operationIds = Operations(known).Select(o => o["operationId"]?.ToString()).OfType<string>().ToHashSet();
        foreach (var operation in Operations(added))
        {
            // An operation's id is unique in a document.
            if (operation["operationId"]?.ToString() is { } id && !operationIds.Add(id))
            {
                operation["operationId"] = prefix + id;
            }
        }

        foreach (var (path, item) in added.Where(p => target.Owns(p.Key)))
        {
            foreach (var (method, operation) in item as JsonObject ?? [])
            {
                Child(known, path).TryAdd(method, operation?.DeepClone());
            }
        }
    }

    private static IEnumerable<JsonObject> Operations(JsonObject paths) =>
        paths.Select(p => p.Value).OfType<JsonObject>().SelectMany(item => item.Select(o => o.Value).OfType<JsonObject>());

    private static void AddTags(JsonObject merged, JsonArray? added)
    {
        var known = merged["tags"] as JsonArray;
        if (known is null)
        {
            merged["tags"] = known = [];
        }

        foreach (var tag in added ?? [])
        {
            if (!known.Any(k => k?["name"]?.ToString() == tag?["name"]?.ToString()))
            {
                known.Add(tag?.DeepClone());
            }
        }
    }
}
