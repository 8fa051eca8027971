using System.Text.Json.Nodes;
using TradingSystem.Dashboard.Forwarding;
using TradingSystem.Hosting.Rest;

namespace TradingSystem.Dashboard.Documents;

/// <summary>What the front itself answers for a service that is away or slow, said of every route that it passes on.</summary>
internal static class FrontAnswers
{
    private static readonly (string Status, string Description)[] Own =
        [("502", "The front did not reach the service, which it names"), ("504", "The service, which is named, did not begin to answer in time")];

    public static void Describe(JsonObject document, IReadOnlyList<ForwardTarget> targets)
    {
        var hasShape = document["components"]?["schemas"]?[nameof(ApiError)] is not null;
        foreach (var (path, item) in document["paths"]?.AsObject() ?? [])
        {
            if (!targets.Any(t => t.Owns(path)))
            {
                continue;
            }

            foreach (var operation in item!.AsObject().Select(o => o.Value).OfType<JsonObject>())
            {
                if (operation["responses"] is not JsonObject responses)
                {
                    operation["responses"] = responses = [];
                }

                foreach (var (status, description) in Own)
                {
                    responses[status] = Answer(description, hasShape);
                }
            }
        }
    }

    private static JsonObject Answer(string description, bool hasShape)
    {
        var answer = new JsonObject { ["description"] = description };
        if (hasShape)
        {
            answer["content"] = new JsonObject
            {
                ["application/json"] = new JsonObject { ["schema"] = new JsonObject { ["$ref"] = $"#/components/schemas/{nameof(ApiError)}" } },
            };
        }

        return answer;
    }
}
