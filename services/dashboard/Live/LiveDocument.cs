using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using TradingSystem.Contracts.Bus;

namespace TradingSystem.Dashboard.Live;

/// <summary>What the hub sends, as schemas of the OpenAPI document: no operation answers with it, and the page has its types from there.</summary>
public static class LiveDocument
{
    private static readonly Type[] Sent =
    [
        typeof(LiveEvent), typeof(LiveDiscussion), typeof(LiveOrderUpdate), typeof(LiveEquity), typeof(LiveLog), typeof(LiveMarket), typeof(GroupConfig),
    ];

    public static void DescribeLive(this OpenApiOptions options) => options.AddDocumentTransformer(async (document, context, stop) =>
    {
        foreach (var type in Sent)
        {
            var schema = await context.GetOrCreateSchemaAsync(type, null, stop);
            foreach (var any in schema.Properties?.Values.OfType<OpenApiSchema>().Where(p => p.Type is null && string.IsNullOrEmpty(p.Description)) ?? [])
            {
                any.Description = "JSON as its sender wrote it.";
            }

            document.AddComponent(type.Name, schema);
        }
    });
}
