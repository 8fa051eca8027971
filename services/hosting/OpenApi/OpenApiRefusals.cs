using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using TradingSystem.Hosting.Rest;

namespace TradingSystem.Hosting.OpenApi;

/// <summary>The errors that an operation has because of what it is, beside those that its route declares, and what each status means.</summary>
public static class OpenApiRefusals
{
    private static readonly Dictionary<int, string> Meanings = new()
    {
        [StatusCodes.Status200OK] = "Done",
        [StatusCodes.Status201Created] = "Made",
        [StatusCodes.Status202Accepted] = "Taken, and not done yet",
        [StatusCodes.Status204NoContent] = "Done, with nothing to tell",
        [StatusCodes.Status400BadRequest] = "A parameter or field breaks a rule, or is not known",
        [StatusCodes.Status401Unauthorized] = "No token, or not a good one",
        [StatusCodes.Status403Forbidden] = "The token's role may not do this",
        [StatusCodes.Status404NotFound] = "Nothing of that id",
        [StatusCodes.Status405MethodNotAllowed] = "Another method than the address has; the header Allow names those",
        [StatusCodes.Status409Conflict] = "The state of things does not allow it now",
        [StatusCodes.Status413PayloadTooLarge] = "The body is too large",
        [StatusCodes.Status415UnsupportedMediaType] = "The body is not application/json",
        [StatusCodes.Status422UnprocessableEntity] = "The exchange refused it",
        [StatusCodes.Status429TooManyRequests] = "Too often; the header Retry-After says how many seconds to wait",
        [StatusCodes.Status503ServiceUnavailable] = "Not possible just now; try again",
    };

    public static void DescribeRefusals(this OpenApiOptions options) =>
        options.AddOperationTransformer(async (operation, context, cancellationToken) =>
        {
            var metadata = context.Description.ActionDescriptor.EndpointMetadata;
            var responses = operation.Responses ??= [];
            List<int> statuses = [StatusCodes.Status400BadRequest, StatusCodes.Status405MethodNotAllowed, StatusCodes.Status503ServiceUnavailable];
            if (Roles.RequiredRole(metadata) is not null)
            {
                statuses.AddRange([StatusCodes.Status401Unauthorized, StatusCodes.Status403Forbidden]);
            }

            if (metadata.OfType<GroupAccess>().Any())
            {
                statuses.Add(StatusCodes.Status429TooManyRequests);
            }

            if (metadata.OfType<IAcceptsMetadata>().Any())
            {
                statuses.AddRange([StatusCodes.Status413PayloadTooLarge, StatusCodes.Status415UnsupportedMediaType]);
            }

            foreach (var status in statuses)
            {
                var key = status.ToString(CultureInfo.InvariantCulture);
                if (!responses.ContainsKey(key))
                {
                    responses[key] = new OpenApiResponse
                    {
                        Content = new Dictionary<string, OpenApiMediaType> { ["application/json"] = new OpenApiMediaType { Schema = await ShapeAsync(context, cancellationToken) } },
                    };
                }
            }

            foreach (var (status, response) in responses)
            {
                if (response is OpenApiResponse own && int.TryParse(status, CultureInfo.InvariantCulture, out var code) && Meanings.TryGetValue(code, out var meaning))
                {
                    own.Description = meaning;
                }
            }
        });

    /// <summary>A reference to the one shape of errors.</summary>
    private static async Task<IOpenApiSchema> ShapeAsync(OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var document = context.Document!;
        if (document.Components?.Schemas?.ContainsKey(nameof(ApiError)) != true)
        {
            document.AddComponent<IOpenApiSchema>(nameof(ApiError), await context.GetOrCreateSchemaAsync(typeof(ApiError), null, cancellationToken));
        }

        return new OpenApiSchemaReference(nameof(ApiError), document);
    }
}
