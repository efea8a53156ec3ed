using Navarch.Machinery.Cel;

namespace Navarch.ApiServer.Admission.Expressions;

/// <summary>A compiled expression. What is stored may not compile: it was written to another server, or to an earlier one.</summary>
internal sealed class Expression
{
    public Expression(CelEnvironment environment, string text)
    {
        Text = text;
        try
        {
            Program = environment.Compile(text);
        }
        catch (CelException e)
        {
            Problem = e.Message;
        }
    }

    public string Text { get; }

    /// <summary>Null where it does not compile.</summary>
    public CelProgram? Program { get; }

    /// <summary>Why not.</summary>
    public string Problem { get; } = "";
}
