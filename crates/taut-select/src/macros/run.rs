//! The code that `select!` stands for.
//!
//! A pattern that may not match is tried by a `match` whose guard notes that it came that far and then
//! says no: a guard looks at what its pattern binds without moving it, so the output is still whole
//! when the handler's own `match` takes it apart. All of ours that holds an output is `mut`, for the
//! sake of `ref mut`; a macro's needless `mut` is not reported.

/// Writes the code: `(biased) (default) (else) (((variant number) (pattern) (operation) (guard) (handler)) …)`.
#[doc(hidden)]
#[macro_export]
macro_rules! __select_run {
    // No arms: nothing to wait for.
    (($b:tt) () () ()) => {
        $crate::select!()
    };
    (($b:tt) ($d:expr) () ()) => {
        $d
    };
    (($b:tt) $d:tt ($e:expr) ()) => {
        $e
    };

    (($b:tt) () () ($((($v:ident $i:tt) ($p:pat) $f:tt $g:tt ($h:expr)))+)) => {{
        let output = {
            let race = $crate::__private::race($crate::__select_tuple!{ $(($i $f $g))+ }, $b);
            $crate::__private::next(::core::pin::pin!(race)).await
        };
        match output {
            $($crate::__private::Out::$v(mut output) => {
                let ($p) = output;
                $h
            })+
        }
    }};

    (($b:tt) ($d:expr) () ($((($v:ident $i:tt) ($p:pat) $f:tt $g:tt ($h:expr)))+)) => {{
        let output = {
            let race = $crate::__private::race($crate::__select_tuple!{ $(($i $f $g))+ }, $b);
            let race = ::core::pin::pin!(race);
            if race.is_unready() {
                ::core::option::Option::None
            } else {
                $crate::__private::now(race).await
            }
        };
        match output {
            $(::core::option::Option::Some($crate::__private::Out::$v(mut output)) => {
                let ($p) = output;
                $h
            })+
            ::core::option::Option::None => $d,
        }
    }};

    (($b:tt) () ($e:expr) ($((($v:ident $i:tt) ($p:pat) $f:tt $g:tt ($h:expr)))+)) => {{
        let mut output = {
            let race = $crate::__private::race($crate::__select_tuple!{ $(($i $f $g))+ }, $b);
            let mut race = ::core::pin::pin!(race);
            loop {
                if $crate::__private::Race::is_over(&race) {
                    $crate::__private::turn().await;
                    break ::core::option::Option::None;
                }
                let mut output = $crate::__private::next(::core::pin::Pin::as_mut(&mut race)).await;
                if $crate::__select_is_match!(output $(($v ($p)))+) {
                    break ::core::option::Option::Some(output);
                }
            }
        };
        match output {
            $(::core::option::Option::Some($crate::__private::Out::$v($p)) => $h,)+
            ::core::option::Option::None => $e,
            #[allow(unreachable_patterns)]
            _ => $crate::__private::unmatched(),
        }
    }};

    (($b:tt) ($d:expr) ($e:expr) ($((($v:ident $i:tt) ($p:pat) $f:tt $g:tt ($h:expr)))+)) => {{
        $crate::__select_check_else!{ $(($p) $g)+ }
        let (mut output, is_over) = {
            let race = $crate::__private::race($crate::__select_tuple!{ $(($i $f $g))+ }, $b);
            let mut race = ::core::pin::pin!(race);
            loop {
                match $crate::__private::now(::core::pin::Pin::as_mut(&mut race)).await {
                    ::core::option::Option::Some(mut output) => {
                        if $crate::__select_is_match!(output $(($v ($p)))+) {
                            break (::core::option::Option::Some(output), false);
                        }
                    }
                    ::core::option::Option::None => {
                        let is_over = $crate::__private::Race::is_over(&race);
                        break (::core::option::Option::None, is_over);
                    }
                }
            }
        };
        match output {
            $(::core::option::Option::Some($crate::__private::Out::$v($p)) => $h,)+
            ::core::option::Option::None if is_over => $e,
            ::core::option::Option::None => $d,
            #[allow(unreachable_patterns)]
            _ => $crate::__private::unmatched(),
        }
    }};
}

/// Whether an output matches the pattern of its arm. It stays whole: the guard says no.
#[doc(hidden)]
#[macro_export]
macro_rules! __select_is_match {
    ($output:ident $(($v:ident ($p:pat)))+) => {{
        let mut is_match = false;
        #[allow(unused, clippy::all, clippy::pedantic)]
        match $output {
            $($crate::__private::Out::$v($p)
                if { is_match = true; false } => $crate::__private::unmatched(),)+
            _ => {}
        }
        is_match
    }};
}

/// Evaluates the guards and then the operations, each once, and makes arms of them.
#[doc(hidden)]
#[macro_export]
macro_rules! __select_tuple {
    ($(($i:tt ($f:expr) $g:tt))+) => {{
        let guards = ($($crate::__select_guard!($g),)+);
        ($($crate::__select_arm!(($f) $g guards.$i),)+)
    }};
}

#[doc(hidden)]
#[macro_export]
macro_rules! __select_guard {
    (()) => {
        ()
    };
    (($c:expr)) => {{
        let guard: ::core::primitive::bool = $c;
        guard
    }};
}

#[doc(hidden)]
#[macro_export]
macro_rules! __select_arm {
    (($f:expr) () $guard:expr) => {{
        let arm = $f;
        let way = {
            #[allow(unused_imports)]
            use $crate::__private::{
                ViaAlmost as _, ViaCase as _, ViaFuture as _, ViaMistake as _,
            };
            (&&&&$crate::__private::Probe::of(&arm)).way_of_select_arm()
        };
        way.arm(arm)
    }};
    (($f:expr) ($c:expr) $guard:expr) => {
        $crate::__private::guarded($guard, $crate::__select_arm!(($f)()()))
    };
}

/// Refuses an `else` beside a `default` if no arm could ever be disabled.
#[doc(hidden)]
#[macro_export]
macro_rules! __select_check_else {
    ($(($p:pat) ())+) => {
        const _: () = ::core::assert!(
            false $(|| $crate::__private::may_miss(::core::stringify!($p)))+,
            "select!: this `else` can never run beside `default`: no arm has a guard, or a pattern \
             that may not match; remove it (or, if an operation is an `Option` that may be `None`, \
             give that arm the guard `if true`)"
        );
    };
    ($($some:tt)*) => {};
}
