//! What `select!` says of an arm that is none. An error in a macro has the whole of the macro's call
//! for a place, so the arm is named.

/// Says what is wrong with the arm that the source begins with.
#[doc(hidden)]
#[macro_export]
macro_rules! __select_wrong {
    ($p:pat = $f:expr $(, if $c:expr)? => $(, $($rest:tt)*)?) => {
        $crate::__select_wrong!{ @handler ($p) ($f) }
    };
    ($p:pat = $f:expr $(, if $c:expr)? => $($rest:tt)+) => {
        ::core::compile_error!(::core::concat!(
            "select!: a comma is missing after the handler of `", ::core::stringify!($p = $f),
            "`; only a handler that is a block goes without",
        ))
    };
    ($p:pat = $f:expr, if $($rest:tt)*) => {
        $crate::__select_wrong!{ @guard ($p) ($f) $($rest)* }
    };
    ($p:pat = $f:expr $(, $($rest:tt)*)?) => {
        $crate::__select_wrong!{ @handler ($p) ($f) }
    };
    ($p:pat $(=)? => $($rest:tt)*) => {
        ::core::compile_error!(::core::concat!(
            "select!: the arm of `", ::core::stringify!($p), "` has no operation: write `",
            ::core::stringify!($p), " = operation => handler`; only `default` and `else` go without",
        ))
    };
    ($p:pat if $($rest:tt)*) => {
        ::core::compile_error!(::core::concat!(
            "select!: the guard of `", ::core::stringify!($p), "` comes too early: write `",
            ::core::stringify!($p), " = operation, if condition => handler`",
        ))
    };
    (@handler ($p:pat) ($f:expr)) => {
        ::core::compile_error!(::core::concat!(
            "select!: the arm `", ::core::stringify!($p = $f), "` has no handler: write `",
            ::core::stringify!($p = $f), " => handler`",
        ))
    };
    (@guard ($p:pat) ($f:expr) $c:expr $(, $($rest:tt)*)?) => {
        ::core::compile_error!(::core::concat!(
            "select!: the arm `", ::core::stringify!($p = $f), "` has a guard but no handler: write `",
            ::core::stringify!($p = $f), ", if ", ::core::stringify!($c), " => handler`",
        ))
    };
    (@guard ($p:pat) ($f:expr) $($rest:tt)*) => {
        ::core::compile_error!(::core::concat!(
            "select!: the guard of `", ::core::stringify!($p = $f), "` is no condition: write `",
            ::core::stringify!($p = $f), ", if condition => handler`",
        ))
    };
    (biased, $($rest:tt)*) => {
        ::core::compile_error!("select!: after `biased` comes a semicolon: `biased;`")
    };
    ($a:tt $($b:tt $($c:tt $($d:tt $($e:tt $($rest:tt)*)?)?)?)?) => {
        ::core::compile_error!(::core::concat!(
            "select!: what begins with `", ::core::stringify!($a $($b $($c $($d $($e)?)?)?)?),
            "` is no arm: an arm is `pattern = operation => handler`, or with a guard \
             `pattern = operation, if condition => handler`",
        ))
    };
}
