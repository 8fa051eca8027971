using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace TradingSystem.Hosting;

/// <summary>Metadata of a route that checks a bearer credential of its own instead of a person's token.</summary>
public sealed record BearerCredential(string Scheme, string Description);

/// <summary>Says in the OpenAPI document which routes want which token; it follows from their authorization metadata.</summary>
public static class OpenApiSecurity
{
    private const string Jwt = "jwt";
    private const string Unauthorized = "401";

    public static void DescribeSecurity(this OpenApiOptions options) =>
        options.AddOperationTransformer((operation, context, _) =>
        {
            if (Scheme(context.Description.ActionDescriptor.EndpointMetadata) is var (name, scheme))
            {
                var document = context.Document!;
                document.AddComponent<IOpenApiSecurityScheme>(name, scheme);
                (operation.Security ??= []).Add(new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(name, document)] = [] });
                (operation.Responses ??= []).TryAdd(Unauthorized, new OpenApiResponse { Description = "No token, or not a good one" });
            }

            return Task.CompletedTask;
        });

    private static (string Name, OpenApiSecurityScheme Scheme)? Scheme(IList<object> metadata) =>
        metadata.OfType<BearerCredential>().LastOrDefault() is { } own
            ? (own.Scheme, new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", Description = own.Description })
            : metadata.OfType<IAuthorizeData>().Any() && !metadata.OfType<IAllowAnonymous>().Any()
                ? (Jwt, new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", BearerFormat = "JWT", Description = "From POST /api/v1/auth/login" })
                : null;
}
