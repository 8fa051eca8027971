namespace TradingSystem.Dashboard.Sessions;

/// <summary>
/// Carries the refresh token: out of reach of scripts, sent by no other site, to this interface alone, and in every tab of the browser.
/// </summary>
public static class SessionCookie
{
    public const string Name = "trading_session";

    private const string Path = "/api/v1/auth";

    public static string? Read(HttpRequest request) => request.Cookies[Name];

    public static void Write(HttpContext http, string refreshToken, DateTimeOffset until)
    {
        var options = Options(http.Request);
        options.Expires = until;
        http.Response.Cookies.Append(Name, refreshToken, options);
    }

    public static void Remove(HttpContext http) => http.Response.Cookies.Delete(Name, Options(http.Request));

    /// <summary>A browser says that another site's page asks. SameSite takes another port of this host for the same site.</summary>
    public static bool IsForeign(HttpRequest request) => request.Headers["Sec-Fetch-Site"].ToString() is not ("" or "same-origin" or "none");

    private static CookieOptions Options(HttpRequest request) => new()
    {
        HttpOnly = true,
        SameSite = SameSiteMode.Strict,
        Secure = request.IsHttps,
        Path = request.PathBase.Add(Path),
        IsEssential = true,
    };
}
